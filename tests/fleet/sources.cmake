# The model, for its program and for its tests.
set(CREDIT_FLEET_SOURCES
    device.cpp fleet.cpp naive_client.cpp platform.cpp scenario.cpp sdk_client.cpp tally.cpp usage.cpp)
list(TRANSFORM CREDIT_FLEET_SOURCES PREPEND ${CMAKE_CURRENT_LIST_DIR}/)

# Webhooks, the hosted page and the inspector. Their pages are put into the program when it is built.
set(assets "${CMAKE_CURRENT_SOURCE_DIR}/assets")
file(GLOB asset_files CONFIGURE_DEPENDS "${assets}/*")
set(assets_source "${CMAKE_CURRENT_BINARY_DIR}/hosted_assets.cpp")
add_custom_command(OUTPUT "${assets_source}"
    COMMAND "${CMAKE_COMMAND}" "-DASSETS=${assets}" "-DOUT=${assets_source}"
        -P "${CMAKE_CURRENT_SOURCE_DIR}/hosted_assets.cmake"
    DEPENDS ${asset_files} "${CMAKE_CURRENT_SOURCE_DIR}/hosted_assets.cmake" VERBATIM)
credit_apart(
    hosted_page_api.cpp hosted_parts.cpp hosted_tokens.cpp inspector_site.cpp webhook_admin.cpp webhook_faults.cpp
    webhook_secrets.cpp)
target_sources(credit-sandbox PRIVATE
    hosted_domains.cpp hosted_options.cpp hosted_page_api.cpp hosted_pages.cpp hosted_parts.cpp hosted_routes.cpp hosted_schema.cpp
    hosted_tokens.cpp inspector_data.cpp inspector_site.cpp inspector_timings.cpp inspector_views.cpp lab_sessions.cpp
    webhook_admin.cpp webhook_attempts.cpp webhook_dispatcher.cpp webhook_faults.cpp webhook_outbox.cpp webhook_queue.cpp
    webhook_secrets.cpp webhook_sender.cpp webhook_subscriptions.cpp webhook_url.cpp "${assets_source}")

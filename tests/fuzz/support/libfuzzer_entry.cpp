// libFuzzer's door to the one target this program was built with.
#include <cstddef>
#include <cstdint>

#include "tests/fuzz/support/target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    credit::fuzz::all_targets().front().run({reinterpret_cast<const char*>(data), size});
    return 0;
}

#include "core/base/check.h"

namespace credit {

void check_failed(const char* expression, const char* file, int line) {
    throw CheckFailed(expression, file, line);
}

}  // namespace credit

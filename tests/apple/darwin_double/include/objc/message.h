// As Apple's runtime declares it: to be cast to the type of the method that is called.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

void objc_msgSend(void);

#ifdef __cplusplus
}
#endif

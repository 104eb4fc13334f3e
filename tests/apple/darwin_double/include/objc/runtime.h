// The part of the Objective-C runtime that the adapter uses, declared for the double behind it.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

typedef struct objc_class* Class;
typedef struct objc_object* id;
typedef struct objc_selector* SEL;
typedef bool BOOL;
#define YES true
#define NO false

Class objc_getClass(const char* name);
Class object_getClass(id object);
SEL sel_registerName(const char* name);
BOOL class_respondsToSelector(Class owner, SEL selector);

#ifdef __cplusplus
}
#endif

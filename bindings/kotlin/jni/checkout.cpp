// Native methods of the hosted page.
#include <memory>
#include <new>

#include "natives.h"
#include "upcall.h"

namespace credit::jni {
namespace {

credit_checkout* checkout_of(jlong value) {
    return pointer<credit_checkout>(value);
}

jlong checkout_create(JNIEnv* env, jclass, jlong config, jbyteArray url, jbyteArray hosted,
                      jobjectArray allowed) {
    const Bytes embed(env, url);
    const Bytes origin(env, hosted);
    const ByteList list(env, allowed);
    std::unique_ptr<credit_str[]> origins(new (std::nothrow) credit_str[list.size() + 1]);
    if (!embed.good() || !origin.good() || !list.good()) return 0;
    if (!origins) {
        throw_out_of_memory(env);
        return 0;
    }
    for (std::size_t i = 0; i < list.size(); ++i)
        origins[i] = list.at(i);
    credit_checkout_options options{};
    options.struct_size = sizeof options;
    options.allowed_origin_count = static_cast<std::uint32_t>(list.size());
    options.embed_url = embed.str();
    options.hosted_origin = origin.str();
    options.allowed_origins = list.size() ? origins.get() : nullptr;
    credit_checkout* checkout = nullptr;
    credit_error* error = nullptr;
    const credit_code code =
        credit_checkout_create(pointer<credit_config>(config), &options, &checkout, &error);
    if (code != CREDIT_OK) throw_error(env, code, error);
    credit_error_release(error);
    return handle(checkout);
}

void checkout_release(JNIEnv*, jclass, jlong checkout) {
    credit_checkout_release(checkout_of(checkout));
}

// The URL's bytes, or null with the code in out. The Java array is made before the URL is taken: nothing is lost then.
jbyteArray checkout_take_url(JNIEnv* env, jclass, jlong checkout, jintArray out) {
    std::size_t size = 0;
    credit_code code = credit_checkout_take_url(checkout_of(checkout), nullptr, 0, &size);
    jbyteArray url = nullptr;
    if (code == CREDIT_BUFFER_TOO_SMALL) {
        url = env->NewByteArray(static_cast<jsize>(size));
        if (!url) return nullptr;
        const std::size_t room = size + 1;
        std::unique_ptr<char[]> text(new (std::nothrow) char[room]);
        code = text ? credit_checkout_take_url(checkout_of(checkout), text.get(), room, &size)
                    : CREDIT_OUT_OF_MEMORY;
        if (code == CREDIT_OK)
            env->SetByteArrayRegion(url, 0, static_cast<jsize>(size),
                                    reinterpret_cast<const jbyte*>(text.get()));
        if (text) wipe(text.get(), room);
    }
    const jint number = code;
    env->SetIntArrayRegion(out, 0, 1, &number);
    return code == CREDIT_OK ? url : nullptr;
}

jboolean checkout_allows(JNIEnv* env, jclass, jlong checkout, jbyteArray url, jboolean main_frame) {
    const Bytes text(env, url);
    if (!text.good()) return JNI_FALSE;
    return credit_checkout_allows_navigation(checkout_of(checkout), text.str(),
                                             main_frame ? 1 : 0) != 0;
}

// Name, external URL, resume URL; the type in out.
jobjectArray checkout_parse(JNIEnv* env, jclass, jlong checkout, jbyteArray origin,
                            jbyteArray message, jintArray out) {
    const Bytes from(env, origin);
    const Bytes said(env, message);
    if (!from.good() || !said.good()) return nullptr;
    credit_checkout_event* event = nullptr;
    credit_error* error = nullptr;
    const credit_code code =
        credit_checkout_parse_event(checkout_of(checkout), from.str(), said.str(), &event, &error);
    jobjectArray texts = nullptr;
    if (code != CREDIT_OK) {
        throw_error(env, code, error);
    } else {
        texts = make_list(env, 3);
        const bool good = texts && put(env, texts, 0, credit_checkout_event_name(event)) &&
                          put(env, texts, 1, credit_checkout_event_external_url(event)) &&
                          put(env, texts, 2, credit_checkout_event_resume_url(event));
        const jint type = credit_checkout_event_type_of(event);
        if (good) env->SetIntArrayRegion(out, 0, 1, &type);
    }
    credit_checkout_event_release(event);
    credit_error_release(error);
    return texts;
}

}  // namespace

NativeTable checkout_natives() {
    static const JNINativeMethod methods[] = {
        native("checkoutCreate", "(J[B[B[[B)J", checkout_create),
        native("checkoutRelease", "(J)V", checkout_release),
        native("checkoutTakeUrl", "(J[I)[B", checkout_take_url),
        native("checkoutAllows", "(J[BZ)Z", checkout_allows),
        native("checkoutParse", "(J[B[B[I)[[B", checkout_parse),
    };
    return {methods, sizeof methods / sizeof *methods};
}

}  // namespace credit::jni

// Native methods that start something and are answered through a callback with the number `id`. They return what names the
// operation for cancel(), or minus the code of why nothing was started; operations are counted, so none is negative.
#include "callbacks.h"
#include "natives.h"
#include "upcall.h"

namespace credit::jni {
namespace {

credit_session* session_of(jlong value) {
    return pointer<credit_session>(value);
}

jlong started(credit_code code, credit_op op) {
    return code == CREDIT_OK ? static_cast<jlong>(op) : -jlong{code};
}
constexpr jlong kNoMemory = -jlong{CREDIT_OUT_OF_MEMORY};

jlong get_token(JNIEnv*, jclass, jlong session, jint id, jlong minimum, jlong deadline) {
    credit_token_options options{};
    options.struct_size = sizeof options;
    options.minimum_lifetime_ms = minimum;
    options.deadline_ms = deadline;
    credit_op op = 0;
    const credit_code code =
        credit_session_get_token(session_of(session), &options, context_of(id), on_token, &op);
    return started(code, op);
}

jlong start(JNIEnv* env, jclass, jlong session, jint id, jboolean replace, jbyteArray journey_type,
            jbyteArray profile, jlong deadline) {
    const Bytes type(env, journey_type);
    const Bytes json(env, profile);
    if (!type.good() || !json.good()) return kNoMemory;
    credit_start_options options{};
    options.struct_size = sizeof options;
    options.replace = replace ? 1 : 0;
    options.journey_type = type.str();
    options.profile_json = json.str();
    options.deadline_ms = deadline;
    credit_op op = 0;
    const credit_code code =
        credit_session_start(session_of(session), &options, context_of(id), on_done, &op);
    return started(code, op);
}

jlong adopt(JNIEnv* env, jclass, jlong session, jint id, jbyteArray json, jboolean replace) {
    const Bytes text(env, json);
    if (!text.good()) return kNoMemory;
    credit_adopt_options options{};
    options.struct_size = sizeof options;
    options.replace = replace ? 1 : 0;
    credit_op op = 0;
    const credit_code code = credit_session_adopt_json(session_of(session), text.str(), &options,
                                                       context_of(id), on_done, &op);
    return started(code, op);
}

// Ending cannot be cancelled, so it has no name.
jint end(JNIEnv*, jclass, jlong session, jint id) {
    return credit_session_end(session_of(session), context_of(id), on_done);
}

jlong journey(JNIEnv*, jclass, jlong session, jint id, jboolean known_only, jlong deadline) {
    credit_journey_options options{};
    options.struct_size = sizeof options;
    options.known_only = known_only ? 1 : 0;
    options.deadline_ms = deadline;
    credit_op op = 0;
    const credit_code code =
        credit_session_journey(session_of(session), &options, context_of(id), on_journey, &op);
    return started(code, op);
}

jlong diagnostics(JNIEnv*, jclass, jlong session, jint id) {
    credit_op op = 0;
    const credit_code code =
        credit_session_diagnostics(session_of(session), context_of(id), on_text, &op);
    return started(code, op);
}

// texts: method, path, content type, idempotency key, correlation id.
jlong send(JNIEnv* env, jclass, jlong session, jint id, jobjectArray texts, jobjectArray headers,
           jbyteArray body, jlong deadline, jlong max_reply, jboolean one_shot) {
    const ByteList list(env, texts);
    const ByteList names_and_values(env, headers);
    const Bytes content(env, body);
    const Headers made(names_and_values);
    if (!list.good() || !names_and_values.good() || !content.good() || !made.good())
        return kNoMemory;
    credit_request request{};
    request.struct_size = sizeof request;
    request.header_count = static_cast<std::uint32_t>(made.size());
    request.method = list.at(0);
    request.path = list.at(1);
    request.headers = made.data();
    request.body = content.str();
    request.content_type = list.at(2);
    request.idempotency_key = list.at(3);
    request.correlation_id = list.at(4);
    request.deadline_ms = deadline;
    request.max_reply_bytes = static_cast<std::uint64_t>(max_reply);
    request.one_shot = one_shot ? 1 : 0;
    credit_op op = 0;
    const credit_code code =
        credit_session_send(session_of(session), &request, context_of(id), on_response, &op);
    return started(code, op);
}

jint erase(JNIEnv* env, jclass, jlong config, jbyteArray borrower, jint id) {
    const Bytes name(env, borrower);
    if (!name.good()) return CREDIT_OUT_OF_MEMORY;
    return credit_storage_erase(pointer<credit_config>(config), name.str(), context_of(id),
                                on_done);
}

}  // namespace

NativeTable call_natives() {
    static const JNINativeMethod methods[] = {
        native("getToken", "(JIJJ)J", get_token), native("start", "(JIZ[B[BJ)J", start),
        native("adopt", "(JI[BZ)J", adopt),       native("end", "(JI)I", end),
        native("journey", "(JIZJ)J", journey),    native("diagnostics", "(JI)J", diagnostics),
        native("send", "(JI[[B[[B[BJJZ)J", send), native("storageErase", "(J[BI)I", erase),
    };
    return {methods, sizeof methods / sizeof *methods};
}

}  // namespace credit::jni

// R12: the request a mark was made for, as bytes.
#include "core/base/check.h"
#include "core/engine/refresh_shape.h"
#include "core/session/record.h"
#include "tests/unit/engine_world.h"

namespace credit::test {
namespace {

RefreshShape sample() {
    RefreshShape shape;
    shape.route = RefreshRoute::partner;
    shape.url = "https://partner.example.com/api/credit/session/refresh";
    shape.carrier = CredentialCarrier::body_field;
    shape.body = RefreshBody::refresh_token_snake;
    shape.quote_idempotency_key = true;
    shape.api_version = "2026-03-05";
    return shape;
}

TEST(EngineShape, R12_ItComesBackAsItWas) {
    for (const auto route :
         {RefreshRoute::platform, RefreshRoute::partner, RefreshRoute::backend_managed}) {
        RefreshShape shape = sample();
        shape.route = route;
        EXPECT_EQ(decode_shape(encode_shape(shape)), shape);
        shape.api_version.clear();
        shape.quote_idempotency_key = false;
        EXPECT_EQ(decode_shape(encode_shape(shape)), shape);
    }
}

TEST(EngineShape, WhatIsNoShapeIsRefused) {
    const std::string good = encode_shape(sample());
    for (std::size_t size = 0; size < 5; ++size)
        EXPECT_FALSE(decode_shape(good.substr(0, size)));
    for (std::size_t at = 0; at < 4; ++at) {
        for (const char wrong : {'\0', '\x05', '\x7f', '\xff'}) {
            std::string bytes = good;
            bytes[at] = wrong;
            EXPECT_FALSE(decode_shape(bytes)) << at;
        }
    }
    EXPECT_FALSE(decode_shape(good.substr(0, 10))) << "no end of the version";
}

TEST(EngineShape, OneThatCannotBeStoredFailsACheck) {
    RefreshShape shape = sample();
    shape.api_version = "a\nb";
    EXPECT_THROW(encode_shape(shape), CheckFailed);
    shape = sample();
    shape.url = std::string(Intent::kMaxShapeBytes, 'x');
    EXPECT_THROW(encode_shape(shape), CheckFailed);
}

TEST(EngineShape, AnUnreadableShapeInTheRecordSendsNothingAndLosesNothing) {
    World world;
    {
        const auto session = world.open_active();
        world.clock->advance(minutes(40));
        world.platform->next("/refresh", [] { return no_reply(HttpFailure::interrupted, true); });
        world.get_token(*session);
        world.settle();
    }
    world.settle();
    auto record = world.stored();
    ASSERT_TRUE(record && record->intent);
    record->intent->shape = "garbage";
    record->write_seq += 1;
    const SessionConfig config = world.config();
    const auto store = config.ports.store->open_record(record_key(config.settings, "borrower-1"));
    RecordHeader header;
    SecretBuffer body;
    encode_record(*record, header, body);
    ASSERT_EQ(store->lock().answer, StoreAnswer::done);
    ASSERT_EQ(store->replace(header, body, false).answer, StoreAnswer::done);
    store->unlock();
    const std::size_t sent = world.wire->sent.size();
    const auto session = world.open();
    const OutcomeRef token = world.get_token(*session, 0, 30'000);
    world.advance(seconds(31));
    EXPECT_EQ(token->calls, 1);
    EXPECT_EQ(token->code(), Code::internal);
    EXPECT_EQ(world.wire->sent.size(), sent);
    EXPECT_EQ(session->state().state, PublicState::active);
}

}  // namespace
}  // namespace credit::test

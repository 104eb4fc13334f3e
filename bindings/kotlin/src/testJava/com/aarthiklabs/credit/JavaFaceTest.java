package com.aarthiklabs.credit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The library as Java sees it. */
class JavaFaceTest {
    private final World world = new World();

    @AfterEach
    void nothingIsLeft() {
        world.close();
        WorldKt.assertNothingLeft();
    }

    private CreditConfiguration.Builder builder() {
        return new CreditConfiguration.Builder(CreditEnvironment.TEST, world.getPlatformUrl())
            .partnerUrl(world.getPartnerUrl())
            .partnerAuth(Blocking.partnerAuth(() -> List.of(new CreditHeader("Authorization", "Bearer app-1"))))
            .storageDirectory(world.getFolder() + "/store")
            .storageKey("0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII));
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(60, TimeUnit.SECONDS);
    }

    @Test
    void startsAsksSendsAndEnds() throws Exception {
        try (CreditConfiguration configuration = builder().tls(world.getRoots()).build();
                CreditSession session = new CreditSession(configuration, World.BORROWER)) {
            SessionFutures futures = session.futures();
            LinkedBlockingQueue<SessionState> states = new LinkedBlockingQueue<>();
            AutoCloseable watching = futures.observe(Runnable::run, states::add);
            get(futures.start());
            try (CreditToken token = get(futures.token())) {
                assertTrue(token.getGeneration() > 0);
            }
            CreditResponse response = get(futures.send(new CreditRequest("GET", "/api/v1/headless/journeys")));
            assertEquals(200, response.getStatus());
            assertNotNull(get(futures.journey()));
            assertTrue(get(futures.diagnostics()).startsWith("{"));
            SessionState state;
            do {
                state = states.poll(20, TimeUnit.SECONDS);
                assertNotNull(state);
            } while (!(state instanceof SessionState.Active));
            watching.close();
            get(futures.end());
            assertNull(session.currentToken());
        }
    }

    @Test
    void failuresArriveAsTheirRemedy() throws Exception {
        try (CreditConfiguration configuration = builder().tls(world.getRoots()).build();
                CreditSession session = new CreditSession(configuration, World.BORROWER)) {
            ExecutionException thrown =
                assertThrows(ExecutionException.class, () -> get(session.futures().token()));
            CreditException.NeedsNewSession none =
                assertInstanceOf(CreditException.NeedsNewSession.class, thrown.getCause());
            assertEquals(CreditCode.NO_SESSION, none.getCode());
        }
    }

    @Test
    void aFutureMayBeWaitedForInsideAnother() throws Exception {
        try (CreditConfiguration configuration = builder().tls(world.getRoots()).build();
                CreditSession session = new CreditSession(configuration, World.BORROWER)) {
            SessionFutures futures = session.futures();
            // Blocks the thread that completed the first; it must not be one of the library's.
            long generation = get(futures.start().thenApply(nothing -> {
                try (CreditToken token = futures.token().join()) {
                    return token.getGeneration();
                }
            }));
            assertEquals(1, generation);
        }
    }

    @Test
    void aBlockingProviderAndTransport() throws Exception {
        CreditConfiguration.Builder settings = builder()
            .transport(new HttpUrlConnectionTransport(WorldKt.trusting(world.getRoots())))
            .sessionProvider(Blocking.sessionProvider(request -> {
                throw new PortException(CreditCode.PARTNER_UNAVAILABLE, "closed on " + request.isHealing());
            }));
        try (CreditConfiguration configuration = settings.build();
                CreditSession session = new CreditSession(configuration, World.BORROWER)) {
            ExecutionException thrown = assertThrows(ExecutionException.class,
                () -> get(session.futures().start(new StartOptions(null, null, false, 2000))));
            assertInstanceOf(CreditException.class, thrown.getCause());
        }
    }
}

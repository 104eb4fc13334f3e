"""Changes to credit.h, each as somebody might make it by mistake or on purpose, and what has to be said about them."""
from __future__ import annotations

from dataclasses import dataclass

from baseline import Verdict


@dataclass(frozen=True)
class Variant:
    name: str
    verdict: Verdict
    mark: str
    """What the report has to name, or a reader does not find the change."""
    edits: tuple[tuple[str, str], ...]

    def apply(self, text: str) -> str:
        for old, new in self.edits:
            if text.count(old) != 1:
                raise ValueError(f"{self.name}: the header has {text.count(old)} times: {old}")
            text = text.replace(old, new)
        return text


POLICY_END, POLICY_FIELD = "} credit_policy;", "    int64_t refresh_ahead_ms;"
LAST_CODE = "    CREDIT_INTERNAL = 9002\n"
LIVE_OBJECTS = "CREDIT_API uint64_t credit_debug_live_objects(void) CREDIT_NOEXCEPT;"
RETRYABLE = "int32_t credit_code_is_retryable(credit_code code)"
FETCH = "(*fetch)(void *CREDIT_NULLABLE context, uint8_t *key)"

SAME, ADDITION, INCOMPATIBLE = Verdict.SAME, Verdict.ADDITION, Verdict.INCOMPATIBLE
ALL = (
    Variant("a parameter has another name", SAME, "", ((RETRYABLE, "int32_t credit_code_is_retryable(credit_code other)"),)),
    Variant("a function is new", ADDITION, "credit_planted",
            ((LIVE_OBJECTS, f"{LIVE_OBJECTS}\nCREDIT_API int32_t credit_planted(uint32_t x) CREDIT_NOEXCEPT;"),)),
    Variant("a sized struct grows behind its end", ADDITION, "planted_ms", ((POLICY_END, "    int64_t planted_ms;\n} credit_policy;"),)),
    Variant("a table of functions grows", ADDITION, "planted",
            (("} credit_sealing_key;", "    void (*planted)(void *context);\n} credit_sealing_key;"),)),
    Variant("a constant is new", ADDITION, "CREDIT_PLANTED", ((LAST_CODE, "    CREDIT_INTERNAL = 9002,\n    CREDIT_PLANTED = 9003\n"),)),
    Variant("a function is gone", INCOMPATIBLE, "credit_debug_live_objects", ((LIVE_OBJECTS, ""),)),
    Variant("a parameter has another type", INCOMPATIBLE, "credit_code_is_retryable",
            ((RETRYABLE, "int32_t credit_code_is_retryable(uint64_t code)"),)),
    Variant("a result has another type", INCOMPATIBLE, "credit_code_is_retryable",
            ((RETRYABLE, "int64_t credit_code_is_retryable(credit_code code)"),)),
    Variant("a field is new in the middle", INCOMPATIBLE, "planted_ms", ((POLICY_FIELD, f"    int64_t planted_ms;\n{POLICY_FIELD}"),)),
    Variant("a field has another type of the same place", INCOMPATIBLE, "refresh_ahead_ms",
            ((POLICY_FIELD, "    int32_t refresh_ahead_ms;"),)),
    Variant("the same, hidden behind growth", INCOMPATIBLE, "refresh_ahead_ms",
            ((POLICY_FIELD, "    double refresh_ahead_ms;"), (POLICY_END, "    int64_t planted_ms;\n} credit_policy;"))),
    Variant("a field has another sign", INCOMPATIBLE, "max_waiters", (("    uint32_t max_waiters;", "    int32_t max_waiters;"),)),
    Variant("a field has another name", INCOMPATIBLE, "max_waiters", (("    uint32_t max_waiters;", "    uint32_t most_waiters;"),)),
    Variant("a field is gone", INCOMPATIBLE, "heal_spread_ms", (("    int64_t heal_spread_ms;", "    //"),)),
    Variant("a field takes what was padding", INCOMPATIBLE, "planted", (("    int32_t one_shot;", "    int32_t one_shot; int32_t planted;"),)),
    Variant("a struct without a size grows", INCOMPATIBLE, "credit_str", (("} credit_str;", "    size_t planted;\n} credit_str;"),)),
    Variant("a callback in a table takes more", INCOMPATIBLE, "credit_sealing_key",
            ((FETCH, "(*fetch)(void *CREDIT_NULLABLE context, uint8_t *key, size_t size)"),)),
    Variant("a constant has another value", INCOMPATIBLE, "CREDIT_INTERNAL", ((LAST_CODE, "    CREDIT_INTERNAL = 9004\n"),)),
    Variant("a constant is gone", INCOMPATIBLE, "CREDIT_INTERNAL", ((LAST_CODE, ""),)),
)

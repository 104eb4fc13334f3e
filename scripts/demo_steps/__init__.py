"""The demo: two servers, one app, thirteen steps, each checked against the platform's ledger."""

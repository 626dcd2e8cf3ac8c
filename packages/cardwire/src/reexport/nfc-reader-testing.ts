export * from "@cardwire/nfc-reader/testing";

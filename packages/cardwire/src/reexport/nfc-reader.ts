export * from "@cardwire/nfc-reader";

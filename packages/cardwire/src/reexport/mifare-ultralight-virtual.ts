export * from "@cardwire/mifare-ultralight/virtual";

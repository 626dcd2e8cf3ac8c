export * from "@cardwire/mifare-classic/virtual";

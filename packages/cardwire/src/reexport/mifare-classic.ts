export * from "@cardwire/mifare-classic";

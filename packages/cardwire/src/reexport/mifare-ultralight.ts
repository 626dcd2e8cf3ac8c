export * from "@cardwire/mifare-ultralight";

export * from "@cardwire/nfc-reader/recording";

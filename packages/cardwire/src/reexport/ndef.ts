export * from "@cardwire/ndef";

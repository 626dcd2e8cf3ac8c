export * from "@cardwire/atr";

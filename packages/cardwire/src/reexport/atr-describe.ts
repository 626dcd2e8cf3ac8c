export * from "@cardwire/atr/describe";

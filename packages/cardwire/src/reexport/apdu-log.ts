export * from "@cardwire/apdu/log";

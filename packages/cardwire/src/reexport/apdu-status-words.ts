export * from "@cardwire/apdu/status-words";

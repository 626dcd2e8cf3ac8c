export * from "@cardwire/transport-ccid";

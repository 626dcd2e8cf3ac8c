export * from "@cardwire/transport-ccid/node";

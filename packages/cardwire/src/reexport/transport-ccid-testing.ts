export * from "@cardwire/transport-ccid/testing";

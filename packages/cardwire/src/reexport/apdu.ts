export * from "@cardwire/apdu";

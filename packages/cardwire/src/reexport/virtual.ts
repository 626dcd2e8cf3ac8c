export * from "@cardwire/virtual";

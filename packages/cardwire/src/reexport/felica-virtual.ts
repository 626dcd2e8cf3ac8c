export * from "@cardwire/felica/virtual";

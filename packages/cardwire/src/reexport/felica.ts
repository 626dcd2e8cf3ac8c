export * from "@cardwire/felica";

export * from "@cardwire/topaz/virtual";

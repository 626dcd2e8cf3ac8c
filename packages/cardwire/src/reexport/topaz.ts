export * from "@cardwire/topaz";

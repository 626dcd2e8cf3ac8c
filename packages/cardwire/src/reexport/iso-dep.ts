export * from "@cardwire/iso-dep";

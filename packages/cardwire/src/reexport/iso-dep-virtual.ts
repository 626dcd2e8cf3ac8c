export * from "@cardwire/iso-dep/virtual";

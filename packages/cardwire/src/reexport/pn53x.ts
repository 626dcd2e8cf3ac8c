export * from "@cardwire/pn53x";

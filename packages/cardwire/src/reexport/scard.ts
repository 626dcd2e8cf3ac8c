export * from "@cardwire/scard";

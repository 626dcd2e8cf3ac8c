export * from "@cardwire/scard/terms";

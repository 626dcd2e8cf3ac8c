export * from "@cardwire/scard/ffi";

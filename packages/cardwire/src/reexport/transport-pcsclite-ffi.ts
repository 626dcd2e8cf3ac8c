export * from "@cardwire/transport-pcsclite/ffi";

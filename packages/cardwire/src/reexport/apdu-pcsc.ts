export * from "@cardwire/apdu/pcsc";

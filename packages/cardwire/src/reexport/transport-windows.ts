export * from "@cardwire/transport-windows";

export * from "@cardwire/core/testing";

export * from "@cardwire/iso14443b";

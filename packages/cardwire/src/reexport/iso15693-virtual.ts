export * from "@cardwire/iso15693/virtual";

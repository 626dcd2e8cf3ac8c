export * from "@cardwire/virtual/samples";

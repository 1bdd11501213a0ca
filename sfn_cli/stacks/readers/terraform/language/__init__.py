"""HCL, the language of Terraform: parsed and evaluated here, with the place of everything."""

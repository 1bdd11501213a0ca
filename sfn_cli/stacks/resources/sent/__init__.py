"""Resources that only templates sent to CloudFormation have: custom resources."""

"""What a request sends: its template, parameters and capabilities, checked as by CloudFormation."""

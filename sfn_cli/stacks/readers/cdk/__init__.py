"""Reads CDK apps: their cloud assembly (`cdk.out`), after running the app if necessary.

cdk_app              what a user can name: a folder with cdk.json, a cdk.json, a cdk.out
cloud_assembly       manifest.json and the files that it names, as stacks
assets               the files that a template names by their place in S3
custom_resources     functions that serve only custom resources
construct_paths      resources by their names in the app
app_files            the files of an app: their hash, and a copy to run in
app_configuration    cdk.json
app_setting          where an app runs
app_packages         the packages that an app needs: node_app, python_app
app_run              runs the app's program
docker_stand_in      bundles functions' code without Docker
synthesis            the output of an app, until its files change
"""

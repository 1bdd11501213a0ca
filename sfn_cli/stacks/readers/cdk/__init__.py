"""CDK apps: a cloud assembly (`cdk.out`) is read, and made first by running the app where needed.

cdk_app              what a user names: a folder with cdk.json, a cdk.json, a cdk.out
cloud_assembly       manifest.json and what it leads to, as stacks
assets               the files that a template names by their place in S3
custom_resources     the functions that serve custom resources only
construct_paths      resources by the names that the app gives them
app_files            the files of an app: their hash, and a copy to run in
app_configuration    cdk.json
app_setting          where an app runs
app_packages         the packages that it needs: node_app, python_app
app_run              runs its program
docker_stand_in      bundles functions' code without Docker
synthesis            what an app wrote, until its files change
"""

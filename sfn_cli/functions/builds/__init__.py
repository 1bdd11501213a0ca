"""What a project's manifests ask for, installed once into $SFN_HOME/builds.

build_folder       one folder per build, by the hash of what it is built from
build_process      runs pip, npm and the like without the user's AWS credentials
project_code       the line that says, once per project, that its code runs
python_packages    requirements.txt, by the pip of the function's interpreter
node_packages      package.json, by npm
"""

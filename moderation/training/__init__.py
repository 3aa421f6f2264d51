"""How the models are made: make train DATA=folder. Needs scikit-learn, which running Greenroom does not."""
